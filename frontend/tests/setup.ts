/** What the browser has and the test environment lacks. */
import { mergeTexts } from '@/app/locales/merge';
import { mergeMessages } from '@/shared/i18n';
import core from '@/app/locales/core.zh-CN';
import rest from '@/app/locales/rest.zh-CN';
import coreEn from '@/app/locales/core.en';
import restEn from '@/app/locales/rest.en';

mergeMessages('zh-CN', mergeTexts(core));
mergeMessages('zh-CN', mergeTexts(rest));
mergeMessages('en', mergeTexts(coreEn));
mergeMessages('en', mergeTexts(restEn));
