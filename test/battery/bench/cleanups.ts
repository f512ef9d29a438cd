const cleanups = new Set<() => unknown>()

/** Registers a cleanup for when the battery ends or is interrupted. Call the returned function once it is not needed. */
export function atEndOfRun(cleanup: () => unknown): () => void {
  cleanups.add(cleanup)
  return () => void cleanups.delete(cleanup)
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/** Ends what the cases left running: servers, services, databases. */
export async function runCleanups(): Promise<void> {
  await Promise.allSettled([...cleanups].map((cleanup) => cleanup()))
}

/**
 * On SIGINT and SIGTERM: calls `report`, ends what the cases started, then ends this process. The launcher repeats signals;
 * only the first one counts.
 */
export function endWithSignals(report: () => void): void {
  let ending = false
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, async () => {
      if (ending) return
      ending = true
      report()
      await runCleanups()
      process.exit(code)
    })
  }
}
