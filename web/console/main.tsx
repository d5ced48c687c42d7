import './common'
import 'antd/dist/reset.css'
import '@shared/tokens.css'
import './console.css'
import { createRoot } from 'react-dom/client'
import { lang } from '@shared/i18n'
import { App } from './app/App'
import { keepFocus } from './app/focus'
import { fetchLocale } from './app/locale'

keepFocus()
const root = document.getElementById('app')
if (root) void fetchLocale(lang()).finally(() => createRoot(root).render(<App />))
