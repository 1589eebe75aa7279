import '@fontsource-variable/noto-sans-sc/wght.css'
import 'element-plus/theme-chalk/base.css'
import '../design/tokens.css'
import '../design/base.css'
import '../design/element.css'
import './console.css'
import './rooms.css'
import './past.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { makeI18n } from '../design/i18n'
import { startConsoleTheme } from '../design/theme'
import App from './App.vue'
import { makeRouter } from './router'
import { en } from './texts.en'
import { zh } from './texts.zh'
import { unlockSound } from './tones'

startConsoleTheme()
const unlock = (): void => unlockSound()
for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, unlock, { once: true, capture: true })
createApp(App).use(createPinia()).use(makeRouter()).use(makeI18n({ zh, en })).mount('#app')
