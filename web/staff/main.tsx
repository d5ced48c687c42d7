import '@shared/tokens.css'
import './staff.css'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { showToasts } from './render'

showToasts()
const root = document.getElementById('app')
if (root) createRoot(root).render(<App />)
