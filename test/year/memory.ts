import { readFileSync } from 'node:fs'
import { type Lab, must } from './lab.ts'

export async function memory({ compose }: Lab): Promise<string> {
  const container = (await compose.run(['ps', '-q', 'app'])).trim()
  const pid = (await must(['docker', 'inspect', container, '-f', '{{.State.Pid}}'])).trim()
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Math.round(Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1]) / 1024)
  return `memory of the service ${megabytes('RssAnon')} MB of its own, ${megabytes('VmRSS')} MB with the files that it maps; at most ${megabytes('VmHWM')} MB so far`
}
