/** The pages of this part. */
export const customerRoutes = [] as const
