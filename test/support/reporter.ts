import { DefaultReporter, type TestModule } from 'vitest/node'

/** vitest's own report, then each skipped test with its reason, then `N passed, N failed` alone on a line. */
export default class CountingReporter extends DefaultReporter {
  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    super.onTestRunEnd(...args)
    const [modules, unhandled] = args
    const tests = modules.flatMap((module: TestModule) => [...module.children.allTests()])
    const brokenFiles = modules.filter(
      (module) => module.state() === 'failed' && module.errors().length > 0,
    ).length
    const count = { passed: 0, failed: brokenFiles + unhandled.length, skipped: 0 }
    for (const test of tests) {
      const result = test.result()
      if (result.state === 'skipped') {
        count.skipped++
        console.log(`skipped: ${test.fullName}: ${result.note ?? 'no reason given'}`)
      } else if (result.state !== 'pending') count[result.state]++
    }
    const skipped = count.skipped ? `, ${count.skipped} skipped` : ''
    console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
  }
}
