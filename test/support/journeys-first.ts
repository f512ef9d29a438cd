import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Starts with the journeys in a browser: they take long, however short their files are, and would end alone. */
export default class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { journeys = [], others = [] } = Object.groupBy(await super.sort(files), ({ moduleId }) =>
      moduleId.includes('/test/journeys/') ? 'journeys' : 'others',
    )
    return [...journeys, ...others]
  }
}
