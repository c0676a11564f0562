/** Which kind of screen this is. */
import { ref } from 'vue';

const phone = window.matchMedia('(width < 768px)');

/** True on phones: cards instead of tables, bottom bar instead of side navigation. Follows the window. */
export const isPhone = ref(phone.matches);
phone.addEventListener('change', (event) => {
  isPhone.value = event.matches;
});
