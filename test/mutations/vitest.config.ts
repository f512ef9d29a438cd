import { resolve } from 'node:path'
import type { ConfigEnv } from 'vite'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from '../../vitest.config.ts'

// The tests of `npm test` in a copy of the repository, on the Postgres that is given, in the order in which they are named.

const named = process.argv.filter((arg) => arg.endsWith('.test.ts'))

class NamedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      named.findIndex((name) => moduleId.endsWith(`/${name}`))
    return named.length > 0 ? files.toSorted((one, other) => place(one) - place(other)) : super.sort(files)
  }
}

export default (env: ConfigEnv) => {
  const { test = {} } = base(env)
  const projects = test.projects as { extends: true; test: { name: string; globalSetup?: string[] } }[]
  const setupFiles = process.env.MUTATIONS_RECORD ? ['test/mutations/record-set-up.ts'] : []
  const changed = projects
    .filter(({ test }) => test.name !== 'without features')
    .map(({ test: { globalSetup, ...rest } }) => {
      const onGivenPostgres = globalSetup && { globalSetup: ['test/mutations/given-postgres.ts'] }
      return { extends: true, test: { ...rest, ...onGivenPostgres, setupFiles } }
    })
  const root = resolve(import.meta.dirname, '../..')
  return { root, test: { ...test, sequence: { sequencer: NamedOrder }, projects: changed } }
}
