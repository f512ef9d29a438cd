import { DefaultReporter, type TestModule } from 'vitest/node'

/** vitest's own report, a line for each skipped test with its reason and each failed one with its error, the count. */
export default class CountingReporter extends DefaultReporter {
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
        console.log(`skipped: ${test.fullName}: ${result.note ?? 'no reason given'}`)
      } else if (result.state !== 'pending') count[result.state]++
      if (result.state === 'failed')
        console.log(failedLine(`${test.module.relativeModuleId}: ${test.fullName}`, result.errors))
    }
    const skipped = count.skipped ? `, ${count.skipped} skipped` : ''
    console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
  }
}

/** One line that CI can say again at its end, where the whole report is out of sight. */
function failedLine(what: string, errors: readonly { message: string }[]): string {
  const message = errors.map(({ message }) => message.split('\n', 1)[0]).join('; ')
  return `failed: ${what}: ${message}`
}
