import type { Database } from '../../core/database/database.ts'
import type { LabChannel } from './channel.ts'

export const allChannels = async (db: Database): Promise<LabChannel[]> =>
  (await db.labChannel.findMany({ orderBy: { name: 'asc' } })) as LabChannel[]

export const findChannel = async (db: Database, name: string): Promise<LabChannel | null> =>
  (await db.labChannel.findUnique({ where: { name } })) as LabChannel | null

/** False if its name is taken. */
export async function insertChannel(
  db: Database,
  channel: Omit<LabChannel, 'refusals' | 'stoppedAt'>,
): Promise<boolean> {
  return (await db.labChannel.createMany({ data: channel, skipDuplicates: true })).count > 0
}

/** Also deletes its posts. */
export async function deleteChannel(db: Database, id: string): Promise<void> {
  await db.channelPost.deleteMany({ where: { channelId: id } })
  await db.labChannel.deleteMany({ where: { id } })
}

/** Stores the target as a newer APP_SECRET encrypted it, unless someone else did. */
export async function replaceTarget(
  db: Database,
  { id, target: before }: Pick<LabChannel, 'id' | 'target'>,
  target: string,
): Promise<void> {
  await db.labChannel.updateMany({ where: { id, target: before }, data: { target } })
}

/** Counts a refused post; returns how many there were in a row. */
export async function countRefusal(db: Database, id: string): Promise<number> {
  const [row] = await db.labChannel.updateManyAndReturn({
    where: { id },
    data: { refusals: { increment: 1 } },
    select: { refusals: true },
  })
  return row?.refusals ?? 0
}

export async function stopChannel(db: Database, id: string, at: Date): Promise<void> {
  await db.labChannel.updateMany({ where: { id, stoppedAt: null }, data: { stoppedAt: at } })
}

/** After a post that was taken. */
export async function continueChannel(db: Database, id: string): Promise<void> {
  await db.labChannel.updateMany({ where: { id }, data: { refusals: 0, stoppedAt: null } })
}
