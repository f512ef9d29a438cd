// Preloaded into each Node process of a measured command: adds a line with what the process used to the file in USAGE_FILE.
import { appendFileSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  appendFileSync(process.env.USAGE_FILE, `${(userCPUTime + systemCPUTime) / 1e6} ${maxRSS / 1024}\n`)
})
