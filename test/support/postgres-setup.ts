import type { TestProject } from 'vitest/node'
import { whyNoContainers } from './engine.ts'

/** One Postgres for the run: in a container if the machine can run one, otherwise from embedded binaries. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { default: start } = whyNoContainers()
    ? await import('./embedded-setup.ts')
    : await import('./container-setup.ts')
  return start(project)
}
