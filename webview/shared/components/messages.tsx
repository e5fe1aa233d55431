/** What a view says in place of, or above, its content: banners, empty and loading states, progress. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { px } from '../px';
import { Button } from './buttons';
import { Icon, type IconName } from './Icon';

export interface BannerProps {
  readonly kind: 'error' | 'warning' | 'info';
  readonly icon?: IconName | undefined;
  /** What happened, in bold; the children say the rest. */
  readonly title?: string | undefined;
  readonly children?: ComponentChildren;
  /** Buttons: one remedy first. */
  readonly actions?: ComponentChildren;
}

const BANNER_ICONS = { error: 'error', warning: 'warning', info: 'info' } as const;

export function Banner({ kind, icon = BANNER_ICONS[kind], title, children, actions }: BannerProps) {
  return (
    <div class={`banner ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={icon} />
      <div class="banner-body">
        <p>
          {title !== undefined && <b>{title} </b>}
          {children}
        </p>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
    </div>
  );
}

export interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Turns the icon: waiting for something. */
  readonly busy?: boolean | undefined;
}

export function EmptyState({ icon, title, children, actions, busy }: EmptyStateProps) {
  return (
    <div class="empty-state">
      <Icon name={icon} size={28} spin={busy} />
      <p class="empty-state-title">{title}</p>
      {children !== undefined && <p class="dim">{children}</p>}
      {actions !== undefined && <div class="actions">{actions}</div>}
    </div>
  );
}

export interface UnreadableProps {
  /** What was found wrong, where that is known. */
  readonly problem?: { readonly message: string; readonly remedy?: string | undefined } | undefined;
  /** What to say where it is not: `The evaluation cannot be read`. */
  readonly title: string;
  readonly onRetry: () => void;
}

/** In place of what a view cannot show, with a way to ask for it anew. */
export function Unreadable({ problem, title, onRetry }: UnreadableProps) {
  return (
    <EmptyState
      icon="error"
      title={problem?.message ?? title}
      actions={
        <Button kind="primary" icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {problem?.remedy ?? 'Nothing on the disk was changed.'}
    </EmptyState>
  );
}

export interface SkeletonProps {
  /** Pixels: those of what will stand here. */
  readonly height: number;
  readonly width?: number | string | undefined;
}

/** The frame of what is being loaded, so that nothing jumps when it comes. */
export function Skeleton({ height, width = 'auto' }: SkeletonProps) {
  return (
    <div
      class="skeleton"
      aria-hidden="true"
      style={{ height: px(height), width: typeof width === 'number' ? px(width) : width }}
    />
  );
}

/** Milliseconds of silence: what is loaded by then never said that it was loading. */
const LOADING_WORDS_MS = 300;

/** `Reading the trace: 82 of 213 points`, but only when it takes longer than a moment; keeps its place from the start. */
export function LoadingText({ children }: { readonly children: ComponentChildren }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setShown(true);
    }, LOADING_WORDS_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <p class="loading-text dim small" role="status">
      {shown ? children : '\u00a0'}
    </p>
  );
}

export interface ProgressLineProps {
  readonly label: string;
  /** In [0, 1]; undefined: under way, nobody knows how far. */
  readonly value: number | undefined;
}

export function ProgressLine({ label, value }: ProgressLineProps) {
  const share = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div
      class="progress-line"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
    >
      <div
        class={share === undefined ? 'unknown' : undefined}
        style={{ scale: `${share ?? 0.25} 1` }}
      />
    </div>
  );
}
