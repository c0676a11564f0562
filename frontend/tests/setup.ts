/** What the browser has and the test environment lacks. */
import { i18n } from '@/shared/i18n';
import core from '@/app/locales/core.zh-CN';
import rest from '@/app/locales/rest.zh-CN';
import coreEn from '@/app/locales/core.en';
import restEn from '@/app/locales/rest.en';

i18n.global.mergeLocaleMessage('zh-CN', core);
i18n.global.mergeLocaleMessage('zh-CN', rest);
i18n.global.mergeLocaleMessage('en', coreEn);
i18n.global.mergeLocaleMessage('en', restEn);
