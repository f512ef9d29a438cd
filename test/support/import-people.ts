import type { Deps } from '../../src/core/deps.ts'
import { runCommand } from './commands.ts'

/** Imports people from a CSV file, by the operator's command, so that its files are not imported here. */
export async function importPeople(
  deps: Deps,
  file: string,
  consent = 'for these tests',
): Promise<{ taken: number }> {
  const { json } = await runCommand(deps, ['subscribers', 'import', file, '--consent', consent])
  return json as { taken: number }
}
