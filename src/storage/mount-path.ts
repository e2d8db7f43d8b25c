/** Where pods mount the volume of the backups. */
export const BACKUP_PATH = '/backup';
