import { parse } from 'yaml'

const BUILD = /^ {4}build:.*\n(?: {6}.*\n)*/gm
/** The image of the services, and the comment about it, in docker-compose.yml. */
const IMAGE = '{DAILY_PAPERS_IMAGE:-daily-papers}'
const COMMENT = /^# DAILY_PAPERS_IMAGE.*\n/m

/** docker-compose.yml for a folder without the repository: `image`, with its tag, is pulled or loaded, and nothing is built. */
export const withoutBuild = (compose: string, image: string): string =>
  compose.replace(BUILD, '').replace(COMMENT, '').replaceAll(IMAGE, `{DAILY_PAPERS_IMAGE:-${image}}`)

/**
 * docker-compose.yml with POSTGRES_IMAGE in front of each Postgres: an image that was loaded from an archive has no digest,
 * so it is found only by its tag.
 */
export const withOtherPostgres = (compose: string): string =>
  compose.replace(/image: (postgres:\S+)/g, `image: \${POSTGRES_IMAGE:-$1}`)

/** What follows the name and tag of the released image in the name of each image that is built, by target of the Dockerfile. */
export const builtImages = (compose: string): Record<string, string> =>
  Object.fromEntries(
    Object.values<{ image: string; build?: { target: string } }>(parse(compose, { merge: true }).services)
      .filter(({ build }) => build)
      .map(({ image, build }) => [build!.target, image.replace(`$${IMAGE}`, '')]),
  )
