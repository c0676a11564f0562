(function () {
  'use strict';
  var root = document.documentElement;
  function recall(key) {
    try {
      return localStorage.getItem('dabiao.' + key);
    } catch {
      return null;
    }
  }

  var theme = recall('theme') || 'auto';
  var dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  var chosen = recall('locale');
  var account = recall('signed-in'); // its language
  var inside = account !== null;
  if (account !== 'zh-CN' && account !== 'en') {
    account = /^zh/i.test(navigator.language || 'zh') ? 'zh-CN' : 'en';
  }
  root.lang = chosen || account;
  root.dataset.boot = (inside ? 'inside' : 'outside') + (recall('nav-folded') === '1' ? ' folded' : '');

  var plan = JSON.parse(document.getElementById('boot').textContent);
  var page = (inside && plan.pages[location.pathname]) || null;
  function fetchSoon(files) {
    (files || []).forEach(function (file) {
      var link = document.createElement('link');
      var isScript = /\.js$/.test(file);
      link.rel = isScript ? 'modulepreload' : 'preload';
      if (!isScript) {
        link.as = 'style';
      }
      link.crossOrigin = '';
      link.href = file;
      document.head.append(link);
    });
  }
  var texts = plan.texts[root.lang] || {};
  fetchSoon(texts.core);
  function fetchPages(kind) {
    fetchSoon(plan.inside);
    fetchSoon(texts.rest);
    fetchSoon(plan.kinds[kind]);
  }
  if (!inside) {
    fetchSoon(plan.outside);
    window.dabiaoFetchPages = fetchPages;
    return;
  }
  var asked = false;
  function fetchOwn() {
    if (!asked) {
      asked = true;
      fetchPages(page ? page.kind : '');
    }
  }
  function renew() {
    var renewed = fetch('/api/v1/auth/refresh', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: '{}',
    });
    fetchOwn(); // behind it: connections are few, and everything asked of the server waits for the session
    return renewed;
  }
  setTimeout(fetchOwn, 20); // another tab is renewing
  var session = navigator.locks ? navigator.locks.request('dabiao-renewal', renew) : renew();
  var early = { session: session, answers: {}, locale: null };
  window.dabiaoEarly = early;
  var answer = session.then(function (response) {
    return response.clone().json();
  });
  ['/api/v1/meta', '/api/v1/company'].concat(page && !location.search ? page.asks : []).forEach(function (address) {
    early.answers[address] = answer.then(function (body) {
      if (!body.access_token || body.user.must_change_password) {
        return null;
      }
      early.locale = chosen || body.user.locale;
      return fetch(address, {
        credentials: 'same-origin',
        headers: {
          Accept: 'application/json',
          'Accept-Language': early.locale,
          Authorization: 'Bearer ' + body.access_token,
        },
      });
    });
    early.answers[address].catch(function () {
      /* the program asks again and says what is wrong */
    });
  });
})();
