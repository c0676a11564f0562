/* Runs before the first paint, so that neither the wrong theme nor the wrong language flashes. Keep in step with
 * src/shared/lib/preferences.ts, which owns these keys afterwards. */
(function () {
  var theme = 'auto';
  var locale = '';
  try {
    theme = localStorage.getItem('dabiao.theme') || 'auto';
    locale = localStorage.getItem('dabiao.locale') || '';
  } catch {
    /* storage may be switched off; the defaults do */
  }
  var dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  if (!locale) {
    locale = /^zh/i.test(navigator.language || 'zh') ? 'zh-CN' : 'en';
  }
  document.documentElement.lang = locale;
})();
