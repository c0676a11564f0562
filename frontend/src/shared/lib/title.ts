/** The title of the window: the page's own name first. */
import { onBeforeUnmount, shallowRef, watch, type WatchSource } from 'vue';

/** Set by the page shown, e.g. a record's name; the route's title is used otherwise. */
export const ownTitle = shallowRef<string | null>(null);

/** Names the window after what the page shows, until the page is left. */
export function usePageTitle(source: WatchSource<string | null | undefined>): void {
  watch(
    source,
    (title) => {
      ownTitle.value = title || null;
    },
    { immediate: true },
  );
  onBeforeUnmount(() => {
    ownTitle.value = null;
  });
}
