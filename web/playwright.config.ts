import { defineConfig } from '@playwright/test'

/** Tests of the real program in Debian's Chromium. `e2e/server.ts` starts the demo brand with its simulated phones. */
export default defineConfig({
  testDir: 'e2e',
  // What opens over each page takes minutes more: make e2e and make long look at it.
  testIgnore: process.env.YUTANG_E2E === 'brief' ? '**/drawers.spec.ts' : [],
  globalSetup: './e2e/server.ts',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  workers: 2,
  fullyParallel: false,
  // A busy machine may starve a browser for a minute. What passes only the second time is listed as flaky.
  retries: 1,
  reporter: [['list'], ['json', { outputFile: '../.cache/e2e/report.json' }]],
  outputDir: '../.cache/e2e/results',
  use: {
    browserName: 'chromium',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
})
