import { globSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { DefaultReporter, parseCLI, type TestModule, type TestSpecification, type Vitest } from 'vitest/node'
import { POSTGRES_IMAGE, whyNoContainers } from './engine.ts'

const SLOWEST = 20

/**
 * The Postgres of the tests, vitest's own report, the slowest files, a line for each skipped test with its reason and each
 * failed one with its error, the count.
 */
export default class CountingReporter extends DefaultReporter {
  #vitest: Vitest | undefined

  override onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  /** vitest's first line waits until the files are known, because the Postgres comes before it. */
  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    console.log(postgresOf(specifications))
    super.onInit(this.#vitest!)
    super.onTestRunStart(specifications)
  }

  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    super.onTestRunEnd(...args)
    const [modules, unhandled] = args
    const tests = modules.flatMap((module: TestModule) => [...module.children.allTests()])
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0)
    for (const file of brokenFiles) console.log(failedLine(file.relativeModuleId, file.errors()))
    if (unhandled.length > 0) console.log(failedLine('outside any test', unhandled))
    const count = { passed: 0, failed: brokenFiles.length + unhandled.length, skipped: 0 }
    for (const test of tests) {
      const result = test.result()
      if (result.state === 'skipped') {
        count.skipped++
        // Those that `-t` leaves out are no news.
        if (!this.ctx.config.testNamePattern)
          console.log(`skipped: ${test.fullName}: ${result.note ?? 'no reason given'}`)
      } else if (result.state !== 'pending') count[result.state]++
      if (result.state === 'failed')
        console.log(failedLine(`${test.module.relativeModuleId}: ${test.fullName}`, result.errors))
    }
    if (modules.length > SLOWEST) console.log(slowestFiles(modules))
    if (modules.length === 0) printSlowTestsThere()
    const skipped = count.skipped ? `, ${count.skipped} skipped` : ''
    console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
  }
}

/** Every test of a run is on the same Postgres; a container is considered only if a test needs a database. */
function postgresOf(specifications: readonly TestSpecification[]): string {
  if (specifications.every(({ project }) => project.name !== 'main'))
    return 'Postgres of the tests: none, only unit tests'
  const { TEST_POSTGRES } = process.env
  if (TEST_POSTGRES) return `Postgres of the tests: ${TEST_POSTGRES}`
  const reason = whyNoContainers()
  return reason
    ? `Postgres of the tests: embedded binaries (no container: ${reason})`
    : `Postgres of the tests: a container of ${POSTGRES_IMAGE}`
}

/** A hint if nothing ran because all tests in the named files and folders are slow. */
function printSlowTestsThere(): void {
  const { filter } = parseCLI(['vitest', ...process.argv.slice(2)])
  const slow = globSync('test/**/*.slow.test.ts').filter((file) => filter.some((name) => file.includes(name)))
  if (slow.length > 0)
    console.log(
      `Slow tests run only with test:all. ${slow.length} files are there: npm run test:all -- ${filter.join(' ')}`,
    )
}

/** "The 20 slowest of 345 files:", then a line for each with its seconds, those of its imports and set-up included. */
function slowestFiles(modules: readonly TestModule[]): string {
  const files = modules.map((module) => {
    const { duration, collectDuration, setupDuration } = module.diagnostic()
    return { name: module.relativeModuleId, seconds: (duration + collectDuration + setupDuration) / 1000 }
  })
  const slowest = files.toSorted((one, other) => other.seconds - one.seconds).slice(0, SLOWEST)
  return [
    `The ${SLOWEST} slowest of ${files.length} files, in seconds:`,
    ...slowest.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)}  ${name}`),
  ].join('\n')
}

interface Failure {
  message: string
  /** What was expected and received, line by line: those that differ begin with "-" and "+". */
  diff?: string
}

/** One line that CI can repeat at its end, where the whole report is out of sight. */
function failedLine(what: string, errors: readonly Failure[]): string {
  const messages = errors.map(({ message, diff }) => `${message.split('\n', 1)[0]}${firstDifference(diff)}`)
  return `failed: ${what}: ${messages.join('; ')}`
}

/** ` (- "paused": 1, + "paused": 0)`: the first line that differs, as expected and as received. */
function firstDifference(diff = ''): string {
  const lines = stripVTControlCharacters(diff).split('\n')
  const first = (sign: string, heading: string) =>
    lines.find((line) => line.startsWith(sign) && !line.startsWith(heading))?.replace(/\s+/g, ' ')
  const both = [first('-', '- Expected'), first('+', '+ Received')].filter((line) => line !== undefined)
  return both.length > 0 ? ` (${both.join(' ')})` : ''
}
