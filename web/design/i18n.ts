/** Languages: Chinese first, English complete. The choice is kept in this browser. */
import { createI18n } from 'vue-i18n'
import { en as wordsEn } from './words.en'
import { zh as wordsZh } from './words.zh'
import type { Language } from './time'

const KEPT_AS = 'nd.language'

export function keptLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEPT_AS)
  return asked === 'en' ? 'en' : 'zh'
}

/** Build the translator of one page from its own texts and the shared terms. */
export function makeI18n<T extends object>(texts: { zh: T; en: T }) {
  const i18n = createI18n({
    legacy: false,
    locale: keptLanguage() as string,
    fallbackLocale: 'zh',
    missingWarn: false,
    fallbackWarn: false,
    messages: { zh: { ...wordsZh, ...texts.zh }, en: { ...wordsEn, ...texts.en } },
  })
  const apply = (language: Language): void => {
    i18n.global.locale.value = language
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  }
  apply(keptLanguage())
  shown = () => i18n.global.locale.value as Language
  setter = (language) => {
    localStorage.setItem(KEPT_AS, language)
    apply(language)
  }
  return i18n
}

let shown: () => Language = () => 'zh'
let setter: (language: Language) => void = () => undefined

/** The language shown now; reactive. */
export function language(): Language {
  return shown()
}

export function setLanguage(next: Language): void {
  setter(next)
}
