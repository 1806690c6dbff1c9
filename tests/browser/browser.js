// Chromium, and a page that remembers everything that went wrong on it.

import { accessSync } from 'node:fs';
import { chromium } from 'playwright-core';

// Milliseconds for what should take a fraction of a second: the first to ask for a picture waits until
// it is made, and the machine may have much else to do.
const PATIENCE = 60_000;

const candidates = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function find() {
  const exists = (path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  };
  const path = candidates.find((candidate) => candidate && exists(candidate));
  if (!path) throw new Error('Chromium is not installed; tests/run installs it');
  return path;
}

export function launch() {
  // Chromium's sandbox does not work for root, which is who runs tests in containers.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: find(), args: [...sandbox, '--disable-dev-shm-usage'] });
}

// Adds up layout shifts from the first paint on.
function watchShifts() {
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shifts += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

// A page in a context of its own, with `faults`: what a reader, or their console, should not see.
export async function open(browser, site, options) {
  const context = await browser.newContext({ baseURL: site, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = [];
  if (options.javaScriptEnabled !== false) await page.addInitScript(watchShifts);
  const isThePage = (request) => request.isNavigationRequest() && request.frame() === page.mainFrame();
  page.on('console', (message) => {
    // What the browser says of the page's own status is checked as a status.
    const ofStatus = message.text().startsWith('Failed to load resource')
      && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !ofStatus) {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => faults.push(`script: ${error}`));
  page.on('requestfailed', (request) => {
    // Whoever goes on to the next page takes the request for an icon along.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return;
    faults.push(`failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== site && !['data:', 'blob:'].includes(url.protocol)) {
      faults.push(`third party: ${url}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !isThePage(response.request())) {
      faults.push(`${response.status()}: ${response.url()}`);
    }
  });
  return { context, page, faults };
}
