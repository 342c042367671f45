import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { ABCWidgetFactory, DocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { createElement } from 'react';

import { flowIcon } from '../core/icons';
import { Page } from '../core/page';
import type { ISmkit } from '../core/smkit';
import { FlowEditor } from './editor';

export const FILE_TYPE = 'smkit-flow';
export const FACTORY = 'Data flow';

/** A `.flow` file in the main area; it asks before it closes over an open form. */
export class FlowWidget extends DocumentWidget<Page> {
  /** Set by the editor: goes on unless that would lose what stands in a form. */
  leave = (go: () => void): void => go();

  override close(): void {
    this.leave(() => super.close());
  }
}

/** Opens `.flow` files in the flow editor. */
export class FlowFactory extends ABCWidgetFactory<FlowWidget> {
  constructor(
    private readonly smkit: ISmkit,
    private readonly contents: Contents.IManager,
    options: DocumentRegistry.IWidgetFactoryOptions<FlowWidget>
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): FlowWidget {
    const { trans } = this.smkit;
    const saveScript = async (script: string): Promise<void> => {
      const path = context.path.replace(/\.flow$/, '') + '.py';
      if (await this.mayWrite(path)) {
        const file = { type: 'file', format: 'text', content: script } as const;
        await this.contents.save(path, file);
        await this.smkit.commands.execute('docmanager:open', { path });
      }
    };
    const editor = createElement(FlowEditor, {
      context,
      onSaveScript: script => {
        saveScript(script).catch(error =>
          showErrorMessage(trans.__('The script was not saved'), error as Error)
        );
      },
      onGuard: leave => {
        widget.leave = leave;
      }
    });
    const content = new Page(this.smkit, editor);
    content.addClass('smkit-FlowEditor');
    const widget = new FlowWidget({ content, context });
    widget.title.icon = flowIcon;
    return widget;
  }

  /** Whether nothing lies at a path, or the user gives it up. */
  private async mayWrite(path: string): Promise<boolean> {
    const { trans } = this.smkit;
    const found = await this.contents
      .get(path, { content: false })
      .catch(() => null);
    if (!found) {
      return true;
    }
    const { button } = await showDialog({
      title: trans.__('Overwrite %1?', PathExt.basename(path)),
      body: trans.__('A file of that name lies beside the flow.'),
      buttons: [
        Dialog.cancelButton(),
        Dialog.warnButton({ label: trans.__('Overwrite') })
      ]
    });
    return button.accept;
  }
}
