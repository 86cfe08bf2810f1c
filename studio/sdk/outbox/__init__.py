"""What a training logs, kept in files until the studio has it.

The process that trains appends lines to a file and does nothing else (`writer`). A process of its
own, the sender, reads them and sends them (`sender`). Both may be killed at any moment: what is in
a file is sent once, sooner or later.

    <root>/<run id>/run.json          which run of which studio
                    owner.json        the process whose end is the end of the run
                    writers/<writer>/ a process that logs: writer.json, segments, sent
                    files/            copies of files to upload
                    bell              a pipe by which the sender is woken
                    sender.lock       held by the one sender of the run
"""
