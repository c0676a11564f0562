/** Links of our own where a page has hundreds: what the router's own link watches for each of them costs more than the
 * rest of a row. */

/** Opens in the program what was clicked, but for a click that asks for a tab or a window of its own: that is the browser's. */
export function openHere(event: MouseEvent, open: () => void): void {
  const asksForAnother = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (event.button === 0 && !asksForAnother && !event.defaultPrevented) {
    event.preventDefault();
    open();
  }
}
