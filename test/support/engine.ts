import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What docker-compose.yml runs too. */
export const POSTGRES_IMAGE = 'postgres:17'

const ANSWER_WITHIN_MS = 10_000
const PULLED_WITHIN_MS = 120_000

const docker = (...args: string[]): boolean =>
  spawnSync('docker', args, {
    stdio: 'ignore',
    timeout: args[0] === 'pull' ? PULLED_WITHIN_MS : ANSWER_WITHIN_MS,
  }).status === 0

const hasImage = (name: string): boolean => docker('image', 'inspect', name) || docker('pull', name)

/** Why no container can run here; undefined if one can. The first call may pull the image: call it only if one is needed. */
export function whyNoContainers(): string | undefined {
  // Asked once: test processes that start later find it in the environment.
  process.env.NO_CONTAINERS ??= findReason()
  return process.env.NO_CONTAINERS || undefined
}

function findReason(): string {
  if (!process.env.DOCKER_HOST && !existsSync('/var/run/docker.sock'))
    return 'no Docker engine: see docs/restricted-builds.md'
  if (!docker('info')) return 'the Docker engine does not answer'
  if (!hasImage(POSTGRES_IMAGE)) return `no image ${POSTGRES_IMAGE}: see docs/restricted-builds.md`
  return ''
}
