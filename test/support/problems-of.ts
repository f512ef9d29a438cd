import { endSignupsIncident } from '../../src/account/signup/subscribe.ts'
import { endUnknownLinksIncident } from '../../src/account/unknown-links.ts'
import type { Deps } from '../../src/core/deps.ts'
import { findProblems, type Problem } from '../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../src/operator/health/facts.ts'

/** What a condition finds after a tick has ended what is over. */
export async function problemsOf(deps: Deps, condition: string): Promise<Problem[]> {
  await endSignupsIncident(deps)
  await endUnknownLinksIncident(deps)
  const problems = findProblems(await readHealthFacts(deps))
  return problems.filter((problem) => problem.condition.name === condition)
}
