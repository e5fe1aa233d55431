/** A button with a small menu: export, more. Arrow keys, Home and End, Esc, first letters as menus have them. */
import type { RefObject } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './Icon';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName | undefined;
  readonly disabled?: boolean | undefined;
  readonly onSelect: () => void;
}

export interface MenuProps {
  readonly icon: IconName;
  readonly label: string;
  /** `separator` draws a line. */
  readonly items: readonly (MenuItem | 'separator')[];
  readonly disabled?: boolean | undefined;
}

export function Menu({ icon, label, items, disabled }: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  useOutsidePress(root, open, () => {
    setOpen(false);
  });
  return (
    <span class="menu-root" ref={root}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        disabled={disabled}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Icon name={icon} />
      </button>
      {open && <MenuList id={id} label={label} items={items} onClose={close} />}
    </span>
  );
}

interface MenuListProps {
  readonly id: string;
  readonly label: string;
  readonly items: MenuProps['items'];
  readonly onClose: (refocus: boolean) => void;
}

function MenuList({ id, label, items, onClose }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    list.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, []);
  return (
    <div
      ref={list}
      id={id}
      class="menu"
      role="menu"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Tab') {
          onClose(event.key === 'Escape');
          if (event.key === 'Escape') event.preventDefault();
        } else moveFocus(event, list);
        event.stopPropagation();
      }}
    >
      {items.map((item, index) =>
        item === 'separator' ? (
          <div key={index} role="separator" />
        ) : (
          <button
            key={index}
            type="button"
            role="menuitem"
            tabIndex={-1}
            aria-disabled={item.disabled}
            onClick={() => {
              if (item.disabled === true) return;
              onClose(true);
              item.onSelect();
            }}
          >
            {item.icon === undefined ? <span class="icon" /> : <Icon name={item.icon} />}
            {item.label}
          </button>
        ),
      )}
    </div>
  );
}

function moveFocus(event: KeyboardEvent, list: RefObject<HTMLElement | null>): void {
  const entries = [...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const at = entries.findIndex((entry) => entry === document.activeElement);
  const target = menuTarget(event.key, entries, at);
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}

function menuTarget(
  key: string,
  entries: readonly HTMLElement[],
  at: number,
): HTMLElement | undefined {
  if (key === 'ArrowDown') return entries[(at + 1) % entries.length];
  if (key === 'ArrowUp') return entries[(at - 1 + entries.length) % entries.length];
  if (key === 'Home') return entries[0];
  if (key === 'End') return entries.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const after = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
  return after.find(({ innerText }) =>
    innerText.trim().toLowerCase().startsWith(key.toLowerCase()),
  );
}

function useOutsidePress(
  root: RefObject<HTMLElement | null>,
  active: boolean,
  close: () => void,
): void {
  useEffect(() => {
    if (!active) return;
    const onPress = ({ target }: PointerEvent) => {
      if (target instanceof Node && root.current?.contains(target) !== true) close();
    };
    window.addEventListener('pointerdown', onPress);
    window.addEventListener('blur', close);
    return () => {
      window.removeEventListener('pointerdown', onPress);
      window.removeEventListener('blur', close);
    };
  }, [active]);
}
