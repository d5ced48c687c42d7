/** The pages of this part. */
export const contentRoutes = [] as const
