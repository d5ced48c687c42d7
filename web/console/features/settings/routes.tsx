/** The pages of this part. */
export const settingsRoutes = [] as const
