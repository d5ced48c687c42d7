import './common'
import 'antd/dist/reset.css'
import '@shared/tokens.css'
import './console.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'

const root = document.getElementById('app')
if (root) createRoot(root).render(<App />)
