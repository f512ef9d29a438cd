/**
 * The milliseconds that this thread has computed so far, to take differences of. Other programs do not count in, so a
 * limit on a difference holds on a machine that is busy.
 */
export function computedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
