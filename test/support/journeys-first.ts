import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Starts with the journeys in a browser: they take long, and at the end one core would wait for them. */
export default class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { journeys = [], others = [] } = Object.groupBy(await super.sort(files), ({ moduleId }) =>
      moduleId.includes('/test/journeys/') ? 'journeys' : 'others',
    )
    return [...journeys, ...others]
  }
}
