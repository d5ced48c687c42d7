import type { AcceptedPlugin } from 'postcss'
import type { Plugin } from 'vite'

export function antdStyles(): Plugin
export const ourRulesWin: AcceptedPlugin
