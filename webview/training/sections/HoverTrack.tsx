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
  const root = useRef<HTMLDivElement>(null);
  const content = place && tip(place);
  const box = content === undefined ? undefined : root.current?.getBoundingClientRect();
  return (
    <div ref={root} class="hover-track">
      <Track {...track} onPointer={setPlace}>
        {children}
      </Track>
      {place && box && (
        <Tooltip x={box.left + place.x} y={box.top + place.y}>
          {content}
        </Tooltip>
      )}
    </div>
  );
}
