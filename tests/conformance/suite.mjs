// Starts the suite's origin and the proxy, runs the suite's client between them, scores by the suite's
// own rule and compares with the baseline.
//
//   node suite.mjs l1|l2|two PROXY [--write]
//
// The suite is that of the npm release, or a checkout of its repository in CACHE_TESTS.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { withServers } from './servers.mjs'

const [setting, proxy] = process.argv.slice(2)
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname)
const checkout = process.env.CACHE_TESTS
const suite = checkout
  ? path.resolve(checkout)
  : path.dirname(createRequire(import.meta.url).resolve('http-cache-tests/package.json'))
// Since the release, what runs the tests has moved, and with it the rule that scores them.
const engine = checkout ? path.join(suite, 'test-engine') : suite
const rule = path.join(engine, checkout ? 'lib/results.mjs' : 'lib/display.mjs')
const baselineFile = path.join(here, checkout ? 'baseline-repository.json' : 'baseline.json')

const results = await withServers({ setting, proxy: path.resolve(proxy), suite, engine }, async base => {
  const options = {
    cwd: suite,
    maxBuffer: 64 << 20,
    timeout: 300_000,
    env: { ...process.env, npm_config_base: base, npm_config_id: '', npm_package_config_id: '' }
  }
  const client = [process.execPath, ['--no-warnings', path.join(engine, 'cli.mjs')], options]
  const { stdout } = await promisify(execFile)(...client)
  return JSON.parse(stdout.slice(stdout.indexOf('{')))
})

const now = await score(results)
print(now)
if (process.argv.includes('--write')) {
  await writeFile(baselineFile, JSON.stringify(now, null, 2) + '\n')
} else {
  process.exitCode = compare(JSON.parse(await readFile(baselineFile, 'utf8')), now)
}

// What each test came to, by the kind of test.
async function score (results) {
  // The suite's files look for their templates in the working directory.
  process.chdir(suite)
  const load = file => import(pathToFileURL(file))
  const { determineTestResult } = await load(rule)
  const suites = [...(await load(path.join(suite, 'tests/index.mjs'))).default]
  if (!checkout) suites.push((await load(path.join(suite, 'tests/surrogate-control.mjs'))).default)
  const words = { '✅': 'pass', Y: 'yes', N: 'no', '⛔️': 'fail', '⚠️': 'fail', '⚪️': 'depends', '🔹': 'setup' }
  const scored = { required: {}, optimal: {}, check: {} }
  for (const test of suites.flatMap(suite => suite.tests)) {
    if (test.browser_only) continue
    const symbol = determineTestResult(suites, test.id, results)[2]
    scored[test.kind ?? 'required'][test.id] = words[symbol] ?? 'harness'
  }
  return scored
}

function print (scored) {
  for (const kind of ['required', 'optimal']) {
    const tests = Object.entries(scored[kind])
    const failed = tests.filter(([, result]) => result !== 'pass')
    console.log(`${setting}: ${tests.length - failed.length} of ${tests.length} ${kind} tests pass`)
    for (const [id, result] of failed) console.log(`  ${result.padEnd(7)} ${id}`)
  }
  const checks = Object.values(scored.check)
  console.log(`${setting}: ${checks.filter(result => result === 'yes').length} of ${checks.length} checks say yes`)
}

// 1 where a test passed in the baseline and does not now.
function compare (baseline, now) {
  let worse = 0
  for (const kind of Object.keys(baseline)) {
    const ids = new Set([...Object.keys(baseline[kind]), ...Object.keys(now[kind])])
    for (const id of ids) {
      const [before, after] = [baseline[kind][id] ?? 'absent', now[kind][id] ?? 'absent']
      if (before === after) continue
      console.log(`  ${id}: was ${before}, is ${after}`)
      if (before === 'pass') worse = 1
    }
  }
  console.log(worse ? `${setting}: worse than the baseline` : `${setting}: no worse than the baseline`)
  return worse
}
