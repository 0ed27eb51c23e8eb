import { defineConfig } from '@playwright/test';

// `cargo xtask test` names the reporters; by hand the list is enough.
export default defineConfig({
  testDir: 'journeys',
  outputDir: 'output/results',
  reporter: 'list',
  // One journey after another, and a journey that fails has failed.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // Machines are noisy, and every state is looked at by axe.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  use: {
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: 'off',
    launchOptions: {
      executablePath: process.env.SALA_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
