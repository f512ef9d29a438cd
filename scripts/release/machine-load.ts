import { availableParallelism, loadavg } from 'node:os'

/** What the last minute's seconds were measured under. `busy`: other programs make them mean little. */
export function machineLoad(): { busy: boolean; text: string } {
  const [load = 0] = loadavg()
  const cores = availableParallelism()
  return { busy: load > 2 * cores, text: `${Math.round(load)} programs shared ${cores} cores` }
}
