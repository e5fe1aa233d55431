/** Whether something has lasted: what is over in a moment needs no words. */
import { useEffect, useState } from 'preact/hooks';

/** @returns true once `active` was true for `delayMs` without a break */
export function useDelayed(active: boolean, delayMs: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!active) return;
    const timer = setTimeout(() => {
      setLate(true);
    }, delayMs);
    return () => {
      clearTimeout(timer);
    };
  }, [active, delayMs]);
  return active && late;
}
