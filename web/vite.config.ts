import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { antdStyles, ourRulesWin } from './scripts/antd.mjs'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Where a development server sends what the program answers. */
const server = process.env.YUTANG_URL ?? 'http://127.0.0.1:8080'

/** The two apps: `vite build --mode console`, `vite build --mode staff`. */
const apps = {
  console: { root: 'console', base: '/console/', port: 5173, target: ['chrome90', 'safari14'] },
  staff: { root: 'staff', base: '/staff/', port: 5174, target: ['chrome90', 'safari14'] },
}

export default defineConfig(({ mode }) => {
  const app = mode === 'staff' ? apps.staff : apps.console
  return {
    root: here(app.root),
    base: app.base,
    plugins: [react(), app === apps.console && antdStyles()],
    css: { postcss: { plugins: app === apps.console ? [ourRulesWin] : [] } },
    // Every browser that we build for has ResizeObserver.
    resolve: { alias: { '@shared': here('shared'), '@': here('console'), 'resize-observer-polyfill': here('shared/observer.ts') } },
    server: {
      port: app.port,
      proxy: Object.fromEntries(['/api', '/wecom/', '/s/'].map((path) => [path, { target: server, changeOrigin: true, headers: { origin: server } }])),
    },
    build: {
      outDir: here(process.env.YUTANG_DIST ? `${process.env.YUTANG_DIST}/${app.root}` : `../internal/web/dist/${app.root}`),
      emptyOutDir: true,
      target: app.target,
      manifest: true,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
      rollupOptions: {
        output: {
          codeSplitting: {
            // What a group stands on is shared with the rest, so it stays outside.
            includeDependenciesRecursively: false,
            groups: [
              { name: 'echarts', test: /node_modules[\\/](echarts|zrender)[\\/]/ },
              { name: 'flow', test: /node_modules[\\/](@xyflow|@dagrejs|d3-)/ },
              { name: 'pinyin', test: /node_modules[\\/]pinyin-pro[\\/]/ },
              { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
              { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/]/ },
            ],
          },
        },
      },
    },
    test: {
      root: here('.'),
      environment: 'happy-dom',
      include: ['shared/**/*.test.{ts,tsx}', 'console/**/*.test.{ts,tsx}', 'staff/**/*.test.{ts,tsx}'],
    },
  }
})
