/**
 * Manifests as a jest snapshot should hold them: without the contents of programs and runbooks, and without their digests in names. Programs
 * and runbooks are reviewed where they are written: a changed comment in them shouldn't rewrite every snapshot.
 */
export function reviewed(manifests: any[]): any[] {
  let text = JSON.stringify(manifests.map((manifest) => manifest.kind === 'ConfigMap' && manifest.immutable
    ? { ...manifest, data: Object.fromEntries(Object.entries(manifest.data).map(([file, content]) => [file, written(file) ?? content])) }
    : manifest));
  for (const [name] of text.matchAll(/[a-z0-9-]+-(program|break-glass)(-\d)?-[0-9a-f]{8}-[0-9a-z]{8}/g)) {
    text = text.replaceAll(name, name.replace(/-[0-9a-f]{8}-[0-9a-z]{8}$/, '-<digest>'));
  }
  // A Job that runs once is named after all that it says, the programs' digest included.
  for (const { metadata } of manifests.filter(({ kind }) => kind === 'Job')) {
    text = text.replaceAll(metadata.name, metadata.name.replace(/-[0-9a-f]{8}-[0-9a-z]{8}$/, '-<digest>'));
  }
  text = text.replace(/(verified \/[a-z/-]+) [0-9a-f]{64}/g, '$1 <digest>');
  return JSON.parse(text.replace(/("KIT_DIGEST","value":)"[0-9a-f]{8}"/g, '$1"<digest>"'));
}

/** Where to review a program or a page, whose content a snapshot leaves out. */
function written(file: string): string | undefined {
  if (file.endsWith('.md')) return 'see src/break-glass/';
  return /\.(sh|awk)$/.test(file) ? 'see programs/' : undefined;
}
