"""The work as jobs that any number of workers on any number of hosts share; Procrastinate keeps the queue.

What comes in: settings with a store on a server. What goes out: the same books as by `sync`. `work.py` says what each
job does, `queue.py` how the jobs wait, `worker.py` how they are taken on, `look.py` how they are seen.
"""
