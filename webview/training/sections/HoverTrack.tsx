/** A track with a tooltip at the pointer: moving it renders the tooltip alone. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../shared/components';
import { Track } from '../../shared/track';
import type { TrackProps } from '../../shared/track';

export interface Place {
  readonly step: number;
  /** Pixels of the track. */
  readonly x: number;
  readonly y: number;
}

interface Props extends TrackProps {
  /** What the tooltip says there; undefined: nothing. */
  readonly tip: (place: Place) => ComponentChildren | undefined;
}

export function HoverTrack({ tip, children, ...track }: Props) {
  const [place, setPlace] = useState<Place>();
  // From the event: asking the page where the track is would force a layout at each move.
  const pointer = useRef({ x: 0, y: 0 });
  const content = place && tip(place);
  return (
    <div
      class="hover-track"
      onPointerMoveCapture={({ clientX, clientY }) => {
        pointer.current = { x: clientX, y: clientY };
      }}
    >
      <Track {...track} onPointer={setPlace}>
        {children}
      </Track>
      {content !== undefined && <Tooltip {...pointer.current}>{content}</Tooltip>}
    </div>
  );
}
