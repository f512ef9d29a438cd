import type { ServiceDeps } from '../../../../src/core/deps.ts'
import { randomId } from '../../../../src/core/secrets.ts'
import { keepPaper } from '../../../../src/features/kept/kept.repo.ts'
import { ADDRESS_PURPOSES, privateAddresses } from '../../../../src/features/kept/private-address.repo.ts'
import { addressToken, newAddress } from '../../../../src/features/kept/private-addresses.ts'
import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { subscriberById } from '../../../../src/subscribers/subscriber.repo.ts'
import type { FeatureSite } from '../../web/feature-sites.ts'
import type { Person } from '../../web/people.ts'
import { READER } from '../../web/seed.ts'

export const featureSite: FeatureSite = {
  purposes: { '/kept/:token.xml': 'kept-feed', '/kept/:token.json': 'kept-feed' },
  buttons: [
    {
      url: '/manage/:token/kept',
      by: 'active',
      fields: ({ made: { values } }) => ({ do: 'keep', paper: values.inDigest!, digest: values.digest! }),
    },
    { url: '/manage/:token/feeds', by: 'active', fields: () => ({ do: 'renew' }) },
    {
      url: '/kept/:token',
      by: 'active',
      fields: ({ made }) => ({ do: 'remove', paper: made.values.kept! }),
    },
  ],
  make: async (deps, { email, subscriberId }) => {
    const { config, db, clock } = deps
    const { digest, papers } = await digestOf(deps, { email, subscriberId })
    const [inDigest, kept] = papers
    await keepPaper(db, { subscriberId, paperId: kept! }, { at: clock.now(), why: null })
    const subscriber = (await subscriberById(db, subscriberId))!
    for (const purpose of ADDRESS_PURPOSES) await newAddress(deps, subscriber, { purpose })
    const addresses = Object.values(await privateAddresses(db, subscriber))
    return {
      tokens: Object.fromEntries(addresses.map((one) => [one.purpose, addressToken(config, one)])),
      values: { digest, inDigest: String(inDigest), kept: String(kept) },
    }
  },
}

/** Gives a subscriber the digest that the reader got. */
async function digestOf(
  { db }: ServiceDeps,
  { email, subscriberId }: Pick<Person, 'email' | 'subscriberId'>,
): Promise<{ digest: string; papers: number[] }> {
  const { digest, ...message } = await db.message.findFirstOrThrow({
    where: { kind: 'digest', toAddress: READER },
    include: { digest: true },
  })
  const { id: _, ...content } = digest!
  const own = await db.digest.create({ data: { ...content, subscriberId, content: content.content! } })
  const { id } = await db.message.create({
    data: {
      ...message,
      id: randomId(96),
      dedupe: subscriberId,
      subscriberId,
      digestId: own.id,
      toAddress: email,
      content: message.content ?? Prisma.DbNull,
    },
  })
  return { digest: id, papers: own.papers }
}
