import '@fontsource-variable/noto-sans-sc/wght.css'
import '../design/tokens.css'
import '../design/base.css'
import './field.css'
import { createApp } from 'vue'
import { makeI18n } from '../design/i18n'
import { startPhoneTheme } from '../design/theme'
import App from './App.vue'
import { startOutbox } from './outbox'
import { unlockRing } from './ring'
import { en } from './texts.en'
import { zh } from './texts.zh'

startPhoneTheme()
startOutbox()
addEventListener('pointerdown', unlockRing, { capture: true })
createApp(App).use(makeI18n({ zh, en })).mount('#app')
