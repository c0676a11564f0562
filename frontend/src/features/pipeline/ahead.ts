/** What the board needs of the server is asked for together with the page's own parts, not after them. */
import type { LocationQuery } from 'vue-router';
import { scopeOf } from './model';
import { startBoard } from './queries';

export function askAhead(query: LocationQuery): void {
  const scope = scopeOf(query);
  if (scope.look === 'board') {
    startBoard(scope);
  }
}
