/** A family of tasks: what it is, and its cards. */
import type { ShownFamily } from '../../../src/protocol/live/index';
import { Button } from '../../shared/components';
import { canDraw, nextSeed } from '../model';
import type { Gallery } from '../useGallery';
import { KIND_TITLES, counted } from '../words';
import { TaskCard } from './TaskCard';

export interface FamilyProps {
  readonly gallery: Gallery;
  readonly family: ShownFamily;
  readonly columns: number;
  /** Of a picture, in pixels. */
  readonly width: number;
}

export function Family({ gallery, family, columns, width }: FamilyProps) {
  const { family: name, title, kind, summary, tasks } = family;
  const whole = gallery.model.families.find((other) => other.family === name) ?? family;
  return (
    <section class="family" aria-labelledby={`family-${name}`}>
      <header class="family-header">
        <h2 id={`family-${name}`}>{title}</h2>
        <span class="dim small">
          {KIND_TITLES[kind]} · {counted(tasks.length, 'task')}
        </span>
        <span class="spring" />
        {canDraw(whole) && (
          <Button
            kind="link"
            icon="add"
            title="A task of other sizes, drawn as for meta-training"
            onClick={() => {
              gallery.draw(name, nextSeed(whole));
            }}
          >
            Draw another
          </Button>
        )}
        <p class="family-summary dim">{summary}</p>
      </header>
      <ul class="cards" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {tasks.map((task) => (
          <TaskCard key={task.id} {...{ gallery, task, width }} />
        ))}
      </ul>
    </section>
  );
}
