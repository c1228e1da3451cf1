"""Chinese for the command line and the pages that it writes."""

ZH: dict[str, str] = {
    # cli.py
    "The figures of an introduction to neural networks, drawn from live torch objects.": (
        "一篇神经网络入门文章的全部插图，由真实的 torch 对象现算现画。"
    ),
    "Exit status: 0 done, 2 wrong usage, 130 interrupted, 1 anything else that went wrong.": (
        "退出状态：0 完成，2 用法有误，130 被中断，1 其他错误。"
    ),
    "draw the article's figures": "绘制文章的插图",
    "Draw the article's figures and print each path that was written.": "绘制文章的插图，并打印写好的每个文件的路径。",
    "which figures (default: all of them)": "要画哪些图（默认：全部）",
    "list the figures and draw nothing": "只列出插图，不绘制",
    "with --list: as JSON": "与 --list 连用：输出 JSON",
    "language of the texts; all draws both into DIR/en and DIR/zh (default: the system's)": (
        "图中文字的语言；all 表示两种都画，分别放进 DIR/en 和 DIR/zh（默认：跟随系统）"
    ),
    "file format (default: png)": "文件格式（默认：png）",
    "where the files go (default: figures)": "输出目录（默认：figures）",
    "where torch computes (default: {device}); auto: cuda, else mps, else cpu": (
        "torch 在哪里计算（默认：{device}）；auto 依次取 cuda、mps、cpu"
    ),
    "write the notebooks into a folder": "把各篇 notebook 写到一个目录里",
    "Write the notebooks into a folder, where `jupyter lab` opens them.": (
        "把各篇 notebook 写到一个目录里，用 `jupyter lab` 打开即可。"
    ),
    "where the files go (default: nnbasics-notebooks)": "输出目录（默认：nnbasics-notebooks）",
    "overwrite notebooks that are there": "覆盖已有的 notebook",
    "kept {n} notebook(s) that were there already; --force overwrites them": (
        "保留了 {n} 个已有的 notebook；加 --force 才会覆盖"
    ),
    "compare over many seeds": "在许多随机种子上做对比实验",
    "Run the experiments, each over many seeds, draw each and print the path and the seconds that it took.": (
        "运行各个实验（每个都用许多随机种子），画出结果，并打印文件路径和所用秒数。"
    ),
    "which ones (default: all of them)": "要运行哪些（默认：全部）",
    "list the questions and run nothing": "只列出问题，不运行",
    "how many seeds (default: 32 or more)": "随机种子的个数（默认：不少于 32）",
    "fewer seeds and shorter runs, for a look": "种子更少、训练更短，先看个大概",
    "write the numbers, too, as JSON": "同时把数据写成 JSON",
    "where the files go (default: figures/gallery)": "输出目录（默认：figures/gallery）",
    "interrupted: kept {done} of {all} experiments": "已中断：{all} 个实验中，已完成并保留 {done} 个",
    "dots per inch of a png, {low} to {high} (default: 150)": "png 的分辨率，{low} 到 {high}（默认：150）",
    "show versions, device, fonts and language": "显示版本、设备、字体和语言",
    "as JSON": "输出 JSON",
    "execute and judge the article's statements": "执行并评判文章中的论断",
    "Execute every statement of the article and judge it, with the numbers that decide.": (
        "执行文章中的每一条论断并作出评判，附上作为依据的数字。"
    ),
    "only this section of the article": "只看文章的这一节",
    "only this verdict, such as 'holds if'": "只看这种结论，例如“有条件成立”",
    "language of the texts (default: the system's)": "文字的语言（默认：跟随系统）",
    "N: seeds 32 N to 32 N + 31 (default: 0)": "N：用种子 32 N 到 32 N + 31（默认：0）",
    "write a page of Markdown instead": "改为写成一页 Markdown",
    # article/report.py
}
