/**
 * The host's end of any webview: its page, decoded messages in, messages out, and the requests that all views share
 * (save, copy, log). It knows no view's content.
 */
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { Uri, env, window, workspace } from 'vscode';
import type { Webview } from 'vscode';
import * as z from 'zod/mini';
import type { Disposable } from '../../base/index';
import type { Report } from '../report';
import { pageHtml } from './html';

export type ViewName = 'training' | 'comparison' | 'optimizer' | 'speedup' | 'tasks' | 'meta';

interface CommonMessage {
  readonly type: string;
}

export interface WebviewHostOptions<M extends CommonMessage> {
  readonly webview: Webview;
  readonly extensionUri: Uri;
  readonly view: ViewName;
  readonly title: string;
  /** Decoder of what the view says. */
  readonly schema: z.ZodMiniType<M>;
  /** Where files are saved at first, absolute. */
  readonly saveFolder: () => string;
  readonly report: Report;
  readonly onMessage: (message: OwnMessage<M>) => void;
}

/** What a view says besides that which is handled here. */
export type OwnMessage<M extends CommonMessage> = Exclude<M, { type: HandledHere['type'] }>;

const commonSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('save'),
    fileName: z.string(),
    content: z.union([z.string(), z.instanceof(Uint8Array)]),
  }),
  z.object({ type: z.literal('copy'), text: z.string() }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);
type HandledHere = z.output<typeof commonSchema>;

/** Loads the view's page and connects it. */
export function connectWebview<M extends CommonMessage>(
  options: WebviewHostOptions<M>,
): Disposable {
  const { webview, schema, report, view } = options;
  const listener = webview.onDidReceiveMessage((message: unknown) => {
    const common = commonSchema.safeParse(message);
    if (common.success) {
      void handle(common.data, options);
      return;
    }
    const decoded = schema.safeParse(message);
    if (decoded.success) options.onMessage(decoded.data as OwnMessage<M>);
    else report.quietly(new Error(z.prettifyError(decoded.error)), `a message of the ${view} view`);
  });
  loadPage(options);
  return listener;
}

function loadPage<M extends CommonMessage>(options: WebviewHostOptions<M>): void {
  const { webview, extensionUri, view, title } = options;
  const resources = Uri.joinPath(extensionUri, 'dist', 'webview');
  webview.options = {
    enableScripts: true,
    localResourceRoots: [resources, Uri.joinPath(extensionUri, 'media')],
  };
  const address = (file: string): string =>
    webview.asWebviewUri(Uri.joinPath(resources, file)).toString();
  webview.html = pageHtml({
    view,
    title,
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    scripts: ['plotly.js', `${view}.js`].map(address),
    styles: [address(`${view}.css`)],
  });
}

async function handle<M extends CommonMessage>(
  message: HandledHere,
  options: WebviewHostOptions<M>,
): Promise<void> {
  const { report, view } = options;
  try {
    switch (message.type) {
      case 'copy':
        await env.clipboard.writeText(message.text);
        break;
      case 'error':
        report.log.error(`${view} view: ${message.message}`);
        break;
      case 'save':
        await save(message.fileName, message.content, options.saveFolder());
        break;
    }
  } catch (thrown) {
    report.error(thrown, `${message.type} from the ${view} view`);
  }
}

async function save(fileName: string, content: string | Uint8Array, folder: string): Promise<void> {
  const name = basename(fileName);
  const extension = name.split('.').at(-1) ?? '';
  const target = await window.showSaveDialog({
    defaultUri: Uri.file(join(folder, name)),
    filters: extension === '' ? {} : { [extension.toUpperCase()]: [extension] },
  });
  if (target === undefined) return;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await workspace.fs.writeFile(target, bytes);
}
