// Where the keyboard goes when a drawer closes: to what opened it. Where that was an item of a menu, which is gone by then, to the
// menu's button.
import { useEffect, useRef } from "react";

export function useFocusBack(opened: boolean): void {
  const back = useRef<Element | null>(null);
  const was = useRef(false);
  // Read while it is drawn, and not after: by then the menu may be gone, and the focus with it.
  if (opened && !was.current) back.current = opener();
  useEffect(() => {
    const closed = was.current && !opened;
    was.current = opened;
    const to = back.current;
    if (!closed || !(to instanceof HTMLElement)) return;
    const timer = setTimeout(() => to.focus({ preventScroll: true }), 10);
    return () => clearTimeout(timer);
  }, [opened]);
}

function opener(): Element | null {
  const from = document.activeElement;
  const button = from?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return button ? document.getElementById(button) : from;
}
