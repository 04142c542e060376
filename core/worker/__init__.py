"""Background work: jobs and training, each in a process of its own or, if none can be started, in a
thread. Import `core.worker.job` to run a job, `core.worker.training_worker` to train."""
