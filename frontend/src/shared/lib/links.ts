/** Links of our own where a page has hundreds: what the router's own link watches for each of them costs more than the
 * rest of a row. */

/** Whether a click is for the program: one that asks for a tab or a window of its own is the browser's. */
export function staysHere(event: MouseEvent): boolean {
  const asksForAnother = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return event.button === 0 && !asksForAnother && !event.defaultPrevented;
}
